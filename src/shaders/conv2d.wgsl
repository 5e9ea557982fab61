// Convolution as an implicit matrix product on NHWC: rows are pixels, columns are output channels, the inner dimension
// runs over (tap, input channel). A thread holds P pixels x T vec4 columns in registers. The zero padding is a halo in
// memory, so the inner loop has no bounds test. The same text serves the adjoint with respect to the input, whose
// pixels are grouped by stride phase so that neighbours visit the same taps.
// Pairs accumulate: sum_s x_s * w_s, e.g. the tangent dx * w + x * dw, in one pass.
{{HELPERS}}
{{DECLARATIONS}}

fn store(probe: u32, i0: u32, i1: u32, i2: u32, i3: u32, acc: vec4f) {
  {{EPILOGUE}}
}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let probe = gid.z;
  let thread = gid.x + gid.y * {{ROW}}u;
  if (thread >= {{THREADS}}u) { return; }
  let c0 = (thread % {{COLUMN_TILES}}u) * {{T}}u;
  let m0 = (thread / {{COLUMN_TILES}}u) * {{P}}u;
  // Pixels are numbered [n][y][phase][j], x = phase + j * PHASES.
  //@for p 0 ROWS
  let m_{{p}} = min(m0 + {{p}}u, {{PIXELS}}u - 1u);
  let r_{{p}} = m_{{p}} / {{J}}u;
  let n_{{p}} = r_{{p}} / {{PHASES_H}}u;
  let y_{{p}} = r_{{p}} / {{PHASES}}u % {{H}}u;
  let x_{{p}} = r_{{p}} % {{PHASES}}u + m_{{p}} % {{J}}u * {{PHASES}}u;
  //@end
  //@if STRIDED_ADJOINT
  let ky0 = (y_0 + {{PAD_Y}}u) % {{STRIDE_Y}}u;
  let kx0 = (x_0 + {{PAD_X}}u) % {{STRIDE_X}}u;
  //@else
  let ky0 = 0u;
  let kx0 = 0u;
  //@end
  //@for p 0 P
  //@for q 0 T
  var acc{{p}}_{{q}} = vec4f();
  //@end
  //@end
{{PAIRS}}
  // Stored in a loop: the epilogue stands in the code once, not once per register.
  var tile: array<vec4f, {{TILE}}>;
  //@for p 0 P
  //@for q 0 T
  tile[{{p}} * {{T}} + {{q}}] = acc{{p}}_{{q}};
  //@end
  //@end
  //@if ALIGNED
  for (var i = 0u; i < {{TILE}}u; i++) {
    let x = x_0 + i / {{T}}u * {{PHASES}}u;
    if (x < {{W}}u) { store(probe, n_0, y_0, x, c0 + i % {{T}}u, tile[i]); }
  }
  //@else
  var at: array<vec3u, {{P}}>;
  //@for p 0 P
  at[{{p}}] = vec3u(n_{{p}}, y_{{p}}, x_{{p}});
  //@end
  for (var i = 0u; i < {{TILE}}u; i++) {
    let p = i / {{T}}u;
    if (m0 + p < {{PIXELS}}u && at[p].z < {{W}}u) {
      store(probe, at[p].x, at[p].y, at[p].z, c0 + i % {{T}}u, tile[i]);
    }
  }
  //@end
}

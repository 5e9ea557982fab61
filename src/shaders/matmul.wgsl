// Matrix product C[m,n] = sum_k A[m,k] B[k,n], batched over leading axes. A thread holds 4 * P4 rows x T vec4 columns.
// Either operand may be stored transposed: then its vec4s run along the other axis. Rows and inner indices beyond the
// edge are clamped: spare lanes of the partner are zero, and rows beyond the edge are not stored.
// Pairs accumulate, as in conv2d.wgsl.
{{HELPERS}}
{{DECLARATIONS}}

fn store(probe: u32, batch: u32, row: u32, column: u32, acc: vec4f) {
  {{BATCH_COORDINATES}}
  {{EPILOGUE}}
}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let probe = gid.z;
  let thread = gid.x + gid.y * {{ROW}}u;
  if (thread >= {{THREADS}}u) { return; }
  let c0 = thread % {{COLUMN_TILES}}u * {{T}}u;
  let m0 = thread / {{COLUMN_TILES}}u % {{ROW_TILES}}u * {{P4}}u * 4u;
  let batch = thread / {{TILES}}u;
  {{BATCH_COORDINATES}}
  //@for s 0 P4
  //@for l 0 4
  //@for q 0 T
  var acc{{s}}{{l}}_{{q}} = vec4f();
  //@end
  //@end
  //@end
{{PAIRS}}
  // Stored in a loop: the epilogue stands in the code once, not once per register.
  var tile: array<vec4f, {{TILE}}>;
  //@for s 0 P4
  //@for l 0 4
  //@for q 0 T
  tile[({{s}} * 4 + {{l}}) * {{T}} + {{q}}] = acc{{s}}{{l}}_{{q}};
  //@end
  //@end
  //@end
  for (var i = 0u; i < {{TILE}}u; i++) {
    let row = m0 + i / {{T}}u;
    if (row < {{M}}u) { store(probe, batch, row, c0 + i % {{T}}u, tile[i]); }
  }
}

// Convolution in groups of few channels (depthwise: of one), and its adjoint with respect to the input, without a matrix
// product: one thread per vec4 of the result walks the taps. The zero padding is a halo in memory. Depthwise channels
// meet lane by lane; other groups pick each lane's own channels.
// Pairs accumulate, as in conv2d.wgsl.
{{HELPERS}}
{{DECLARATIONS}}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let probe = gid.z;
  let thread = gid.x + gid.y * {{ROW}}u;
  if (thread >= {{THREADS}}u) { return; }
  {{COORDINATES}}
  //@if not DEPTHWISE
  //@for l 0 4
  let own{{l}} = min(i3 * 4u + {{l}}u, {{CHANNELS}}u - 1u);
  let first{{l}} = own{{l}} / {{PER_GROUP}}u * {{INNER}}u;
  //@end
  //@end
  var acc = vec4f();
  for (var ky = 0u; ky < {{KH}}u; ky++) {
    //@if ADJOINT
    // Rows above the picture are in its halo: BIAS keeps the division away from negative numbers.
    let ty = i1 + {{PAD_Y}}u + {{BIAS_Y}}u * {{STRIDE_Y}}u - ky * {{DILATION_Y}}u;
    if (ty % {{STRIDE_Y}}u != 0u) { continue; }
    let y = ty / {{STRIDE_Y}}u - {{BIAS_Y}}u;
    //@else
    let y = i1 * {{STRIDE_Y}}u + ky * {{DILATION_Y}}u - {{PAD_Y}}u;
    //@end
    for (var kx = 0u; kx < {{KW}}u; kx++) {
      //@if ADJOINT
      let tx = i2 + {{PAD_X}}u + {{BIAS_X}}u * {{STRIDE_X}}u - kx * {{DILATION_X}}u;
      if (tx % {{STRIDE_X}}u != 0u) { continue; }
      let x = tx / {{STRIDE_X}}u - {{BIAS_X}}u;
      //@else
      let x = i2 * {{STRIDE_X}}u + kx * {{DILATION_X}}u - {{PAD_X}}u;
      //@end
      let tap = (ky * {{KW}}u + kx) * {{CI}}u * {{CO4}}u;
{{PAIRS}}
    }
  }
  {{STORE}}
}

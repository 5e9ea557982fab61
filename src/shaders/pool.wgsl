// Pooling windows over NHWC: one thread per four consecutive channels of the result. Taps outside the picture are
// tested for, because a maximum must not meet the zeros around it.
// ARGMAX: number of the tap that holds the first maximum. PICK: what stands at a given tap. SPREAD, its adjoint: a
// picture element gathers from the windows whose tap it is, so that no two threads write to one place.
{{HELPERS}}
{{DECLARATIONS}}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let probe = gid.z;
  let thread = gid.x + gid.y * {{ROW}}u;
  if (thread >= {{THREADS}}u) { return; }
  {{COORDINATES}}
  var acc = vec4f();
  //@if ARGMAX
  var best = vec4f();
  var met = false;
  //@end
  //@if PICK
  let taps = {{TAPS}};
  //@end
  for (var ky = 0u; ky < {{KH}}u; ky++) {
    // Below zero these wrap around and are large.
    //@if SPREAD
    let ty = i1 + {{PAD_Y}}u - ky * {{DILATION_Y}}u;
    let y = ty / {{STRIDE_Y}}u;
    if (ty % {{STRIDE_Y}}u != 0u || y >= {{H}}u) { continue; }
    //@else
    let y = i1 * {{STRIDE_Y}}u + ky * {{DILATION_Y}}u - {{PAD_Y}}u;
    if (y >= {{H}}u) { continue; }
    //@end
    for (var kx = 0u; kx < {{KW}}u; kx++) {
      //@if SPREAD
      let tx = i2 + {{PAD_X}}u - kx * {{DILATION_X}}u;
      let x = tx / {{STRIDE_X}}u;
      if (tx % {{STRIDE_X}}u != 0u || x >= {{W}}u) { continue; }
      //@else
      let x = i2 * {{STRIDE_X}}u + kx * {{DILATION_X}}u - {{PAD_X}}u;
      if (x >= {{W}}u) { continue; }
      //@end
      let tap = vec4f(f32(ky * {{KW}}u + kx));
      let value = {{SOURCE}};
      //@if ARGMAX
      let more = (value > best) | vec4<bool>(!met);
      acc = select(acc, tap, more);
      best = select(best, value, more);
      met = true;
      //@end
      //@if PICK
      acc = select(acc, value, taps == tap);
      //@end
      //@if SPREAD
      acc += select(vec4f(), value, {{TAPS}} == tap);
      //@end
    }
  }
  {{STORE}}
}

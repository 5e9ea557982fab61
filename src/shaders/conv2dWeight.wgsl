// Gradient of a convolution with respect to its kernel: dW[ky,kx,ci,co] = sum over pixels of x[pixel + tap, ci] *
// g[pixel, co]. A thread holds TC input channels x T vec4 columns of TAPS neighbouring taps of a row and sums one share of
// the picture rows (split-K); the shares are added by a reduction afterwards, in a fixed order.
{{DECLARATIONS}}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let probe = gid.z;
  let thread = gid.x + gid.y * {{ROW}}u;
  if (thread >= {{THREADS}}u) { return; }
  let o = thread % {{COLUMN_TILES}}u * {{T}}u;
  let ci = thread / {{COLUMN_TILES}}u % {{CHANNEL_TILES}}u * {{TC4}}u;
  let tap = thread / {{TILES_PER_TAP}}u % {{TAP_TILES}}u * {{TAPS}}u;
  let share = thread / {{TILES}}u;
  let first = share * {{ROWS_PER_SHARE}}u;
  let last = min(first + {{ROWS_PER_SHARE}}u, {{PICTURE_ROWS}}u);
  let ky = tap / {{KW}}u;
  let kx = tap % {{KW}}u;
  //@for k 0 TAPS
  //@for a 0 TC4
  //@for q 0 T
  var acc{{k}}_{{a}}_x_{{q}} = vec4f();
  var acc{{k}}_{{a}}_y_{{q}} = vec4f();
  var acc{{k}}_{{a}}_z_{{q}} = vec4f();
  var acc{{k}}_{{a}}_w_{{q}} = vec4f();
  //@end
  //@end
  //@end
{{PAIRS}}
  // Channels up to the last one, which may lie within this tile.
  let room = {{CI}}u - ci * 4u;
  let at = (share * {{KERNEL}}u + tap) * {{CI}}u + ci * 4u;
  //@for k 0 TAPS
  //@for a 0 TC4
  //@for q 0 T
  keep(at, room, {{k}}u, {{a}}u * 4u, o + {{q}}u, acc{{k}}_{{a}}_x_{{q}}, probe);
  keep(at, room, {{k}}u, {{a}}u * 4u + 1u, o + {{q}}u, acc{{k}}_{{a}}_y_{{q}}, probe);
  keep(at, room, {{k}}u, {{a}}u * 4u + 2u, o + {{q}}u, acc{{k}}_{{a}}_z_{{q}}, probe);
  keep(at, room, {{k}}u, {{a}}u * 4u + 3u, o + {{q}}u, acc{{k}}_{{a}}_w_{{q}}, probe);
  //@end
  //@end
  //@end
}

fn keep(at: u32, room: u32, tap: u32, channel: u32, column: u32, value: vec4f, probe: u32) {
  if (channel >= room) { return; }
  {{OUT}}[(at + tap * {{CI}}u + channel) * {{CO4}}u + column{{OUT_PROBE}}] = value;
}

// Weight gradient of a convolution in groups of few channels: one thread per vec4 of output channels, input channel of
// the group and tap sums one share of the picture rows, as in conv2dWeight.wgsl.
{{DECLARATIONS}}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let probe = gid.z;
  let thread = gid.x + gid.y * {{ROW}}u;
  if (thread >= {{THREADS}}u) { return; }
  // Share, tap row, tap column, input channel of the group, output channels.
  {{COORDINATES}}
  let first = i0 * {{ROWS_PER_SHARE}}u;
  let last = min(first + {{ROWS_PER_SHARE}}u, {{PICTURE_ROWS}}u);
  //@if not DEPTHWISE
  //@for l 0 4
  let c{{l}} = min(i4 * 4u + {{l}}u, {{CO}}u - 1u) / {{PER_GROUP}}u * {{CI}}u + i3;
  //@end
  //@end
  var acc = vec4f();
{{PAIRS}}
  {{OUT}}[{{OUT_ADDRESS}}] = acc;
}

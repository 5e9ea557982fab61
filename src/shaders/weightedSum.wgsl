// out := base + sum_i c_i d_i, with coefficients that are read on the device: many sums can wait in one queue.
@group(0) @binding(0) var<storage, read> base: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<storage, read> c: array<f32>;
//@for d 0 COUNT
@group(0) @binding({{d}} + 3) var<storage, read> d{{d}}: array<vec4f>;
//@end

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let i = gid.x + gid.y * {{ROW}}u;
  if (i >= {{VEC4S}}u) { return; }
  var sum = base[i];
  //@for d 0 COUNT
  sum += c[{{d}}] * d{{d}}[i];
  //@end
  out[i] = sum;
}

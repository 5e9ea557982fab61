// The arithmetic of a device on fixed operands (gpu/passportRows.ts): row `id.y` of x and z, and what its case makes of them.
// The operands come from buffers, so that the compiler can compute nothing beforehand.
{{FUNCTIONS}}
@group(0) @binding(0) var<storage, read> left: array<vec4f>;
@group(0) @binding(1) var<storage, read> right: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> results: array<vec4f>;

fn bits_of_nonfinite(x: vec4f) -> vec4f {
  return select(vec4f(), vec4f(1.0), (bitcast<vec4u>(x) & vec4u(0x7f800000u)) == vec4u(0x7f800000u));
}

// The part of x + z that its rounding loses (Knuth's TwoSum): zero if the compiler reassociates.
fn lost_in_sum(x: vec4f, z: vec4f) -> vec4f {
  let sum = x + z;
  let back = sum - x;
  return (x - (sum - back)) + (z - back);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.y * {{VEC4S}}u + id.x;
  let x = left[at];
  let z = right[at];
  var r = vec4f();
  switch id.y {
{{CASES}}
    default: {}
  }
  results[at] = r;
}

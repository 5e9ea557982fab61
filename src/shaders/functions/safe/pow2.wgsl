// x times 2^e in two steps, for |e| up to 254. The factors are made from bits; what would be subnormal may be zero.
fn es_scaled4(x: vec4f, e: vec4i) -> vec4f {
  let half = e / vec4i(2);
  let first = vec4u(clamp(half, vec4i(-126), vec4i(127)) + vec4i(127)) << vec4u(23u);
  let second = vec4u(clamp(e - half, vec4i(-126), vec4i(127)) + vec4i(127)) << vec4u(23u);
  return x * bitcast<vec4f>(first) * bitcast<vec4f>(second);
}
// The first 12 bits of a number; what is left has 12 as well, so that products of such parts are exact.
fn es_head4(x: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(x) & vec4u(0xfffff000u));
}

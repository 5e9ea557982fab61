// Numbers told from NaN by their bits, which no compiler can assume away. `es_kept4` is the identity, and a wall: a compiler that
// reorders sums cannot see through it, because what comes out depends on the bits of what went in.
fn es_is_nan4(x: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}
fn es_kept4(x: vec4f) -> vec4f {
  return bitcast<vec4f>(select(bitcast<vec4u>(x), vec4u(0x7fc00000u), es_is_nan4(x)));
}

// 1 / sqrt(x) by three Newton steps from its bits (off by at most 0.035), and sqrt(x) from it by one more with the exact
// remainder (T. Dekker's product). What is not a positive normal number below 2^126 goes to the builtin.
fn es_plain4(x: vec4f) -> vec4<bool> {
  return bitcast<vec4u>(x) - vec4u(0x00800000u) < vec4u(0x7e000000u);
}
fn es_rsqrt4(x: vec4f) -> vec4f {
  let a = select(vec4f(1.0), x, es_plain4(x));
  var r = bitcast<vec4f>(vec4u(0x5f3759dfu) - (bitcast<vec4u>(a) >> vec4u(1u)));
  r += 0.5 * r * es_kept4(1.0 - (a * r) * r);
  r += 0.5 * r * es_kept4(1.0 - (a * r) * r);
  r += 0.5 * r * es_kept4(1.0 - (a * r) * r);
  return select(inverseSqrt(x), r, es_plain4(x));
}
fn es_sqrt4(x: vec4f) -> vec4f {
  let a = select(vec4f(1.0), x, es_plain4(x));
  let r = es_rsqrt4(a);
  let s = a * r;
  let h = es_head4(s);
  let l = es_kept4(s - h);
  let rest = es_kept4(es_kept4(a - h * h) - 2.0 * h * l) - l * l;
  return select(sqrt(x), s + 0.5 * r * rest, es_plain4(x));
}

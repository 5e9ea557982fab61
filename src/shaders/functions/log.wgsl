// Natural logarithm of a positive normal number. The builtin is only absolutely accurate near 1. x = m 2^e with m in
// [sqrt(1/2), sqrt(2)), then a polynomial in m - 1 (S. Moshier, Cephes logf). ln 2 is added in two parts.
fn es_log4(x: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(x) - vec4u(0x3f3504f3u);
  let e = vec4f(bitcast<vec4i>(bits) >> vec4u(23u));
  let m = bitcast<vec4f>((bits & vec4u(0x007fffffu)) + vec4u(0x3f3504f3u)) - vec4f(1.0);
  let z = m * m;
  let p = ((((((((7.0376836292e-2 * m - 1.1514610310e-1) * m + 1.1676998740e-1) * m - 1.2420140846e-1) * m
    + 1.4249322787e-1) * m - 1.6668057665e-1) * m + 2.0000714765e-1) * m - 2.4999993993e-1) * m
    + 3.3333331174e-1) * m * z;
  return (m + (p - 2.12194440e-4 * e - 0.5 * z)) + 0.693359375 * e;
}

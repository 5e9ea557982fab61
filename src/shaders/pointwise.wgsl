// Elementary functions that WGSL leaves too inaccurate, for f32 and, with suffix 4, vec4f.

// Hyperbolic tangent. The builtin may be off by 1e-5. Below 0.625 an odd polynomial (S. Moshier, Cephes tanhf), above
// it 1 - 2 / (exp(2|x|) + 1), which saturates to 1 beyond 10.
fn es_tanh(x: f32) -> f32 {
  let z = x * x;
  let small = ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z
    + 1.33314422036e-1) * z - 3.33332819422e-1) * z * x + x;
  let large = 1.0 - 2.0 / (exp(2.0 * min(abs(x), 10.0)) + 1.0);
  return select(sign(x) * large, small, abs(x) < 0.625);
}

fn es_tanh4(x: vec4f) -> vec4f {
  let z = x * x;
  let small = ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z
    + 1.33314422036e-1) * z - 3.33332819422e-1) * z * x + x;
  let large = vec4f(1.0) - vec4f(2.0) / (exp(2.0 * min(abs(x), vec4f(10.0))) + vec4f(1.0));
  return select(sign(x) * large, small, abs(x) < vec4f(0.625));
}

// Error function, which WGSL does not have. Below 0.9277 an odd polynomial, above it 1 - exp(polynomial); each is
// within one unit in the last place where exp is exact (coefficients by N. Juffa). erf is 1 from 4 on, where the
// polynomial in the exponent must not be followed further.
fn es_erf(x: f32) -> f32 {
  let t = min(abs(x), 4.0);
  let s = t * t;
  let small = (((((-5.96761703e-4 * s + 4.99119423e-3) * s - 2.67681349e-2) * s + 1.12819925e-1) * s
    - 3.76125336e-1) * s + 1.28379166e-1) * x + x;
  let p = (((((-1.72853470e-5 * t + 3.83197126e-4) * s + (-3.88396438e-3 * t + 2.42546219e-2)) * t
    - 1.06777877e-1) * t - 6.34846687e-1) * t - 1.28717512e-1) * t - t;
  return select(sign(x) * (1.0 - exp(p)), small, t < 0.927734375);
}

fn es_erf4(x: vec4f) -> vec4f {
  let t = min(abs(x), vec4f(4.0));
  let s = t * t;
  let small = (((((-5.96761703e-4 * s + 4.99119423e-3) * s - 2.67681349e-2) * s + 1.12819925e-1) * s
    - 3.76125336e-1) * s + 1.28379166e-1) * x + x;
  let p = (((((-1.72853470e-5 * t + 3.83197126e-4) * s + (-3.88396438e-3 * t + 2.42546219e-2)) * t
    - 1.06777877e-1) * t - 6.34846687e-1) * t - 1.28717512e-1) * t - t;
  return select(sign(x) * (vec4f(1.0) - exp(p)), small, t < vec4f(0.927734375));
}

// Natural logarithm of a positive normal number. The builtin is only absolutely accurate near 1. x = m 2^e with m in
// [sqrt(1/2), sqrt(2)), then a polynomial in m - 1 (S. Moshier, Cephes logf). ln 2 is added in two parts.
fn es_log(x: f32) -> f32 {
  let bits = bitcast<u32>(x) - 0x3f3504f3u;
  let e = f32(bitcast<i32>(bits) >> 23u);
  let m = bitcast<f32>((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0;
  let z = m * m;
  let p = ((((((((7.0376836292e-2 * m - 1.1514610310e-1) * m + 1.1676998740e-1) * m - 1.2420140846e-1) * m
    + 1.4249322787e-1) * m - 1.6668057665e-1) * m + 2.0000714765e-1) * m - 2.4999993993e-1) * m
    + 3.3333331174e-1) * m * z;
  return (m + (p - 2.12194440e-4 * e - 0.5 * z)) + 0.693359375 * e;
}

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

// Error function, which WGSL does not have. Below 0.9277 an odd polynomial, above it 1 - exp(polynomial); each is
// within one unit in the last place where exp is exact (coefficients by N. Juffa). erf is 1 from 4 on, where the
// polynomial in the exponent must not be followed further.
fn es_erf4(x: vec4f) -> vec4f {
  let t = min(abs(x), vec4f(4.0));
  let s = t * t;
  let small = (((((-5.96761703e-4 * s + 4.99119423e-3) * s - 2.67681349e-2) * s + 1.12819925e-1) * s
    - 3.76125336e-1) * s + 1.28379166e-1) * x + x;
  let p = (((((-1.72853470e-5 * t + 3.83197126e-4) * s + (-3.88396438e-3 * t + 2.42546219e-2)) * t
    - 1.06777877e-1) * t - 6.34846687e-1) * t - 1.28717512e-1) * t - t;
  return select(sign(x) * (vec4f(1.0) - exp(p)), small, t < vec4f(0.927734375));
}

// Hyperbolic tangent. The builtin may be off by 1e-5. Below 0.625 an odd polynomial (S. Moshier, Cephes tanhf), above
// it 1 - 2 / (exp(2|x|) + 1), which saturates to 1 beyond 10.
fn es_tanh4(x: vec4f) -> vec4f {
  let z = x * x;
  let small = ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z
    + 1.33314422036e-1) * z - 3.33332819422e-1) * z * x + x;
  let large = vec4f(1.0) - vec4f(2.0) / (exp(2.0 * min(abs(x), vec4f(10.0))) + vec4f(1.0));
  return select(sign(x) * large, small, abs(x) < vec4f(0.625));
}

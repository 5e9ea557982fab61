// x to the power of p by exp(p log|x|). A negative x has a power where p is a whole number, with a minus sign where p is odd;
// elsewhere it is NaN, as 0 to a negative power is infinite: both made from bits, because WGSL has no literal for them.
fn es_pow4(x: vec4f, p: vec4f) -> vec4f {
  let size = exp(p * es_log4(max(abs(x), vec4f(1.17549435e-38))));
  let odd = abs(p - 2.0 * floor(0.5 * p)) == vec4f(1.0);
  let sign = bitcast<vec4u>(x) & vec4u(0x80000000u);
  let infinite = bitcast<vec4f>((sign >> vec4u(31u)) | vec4u(0x7f800000u));
  let negative = select(select(size, -size, odd), infinite, floor(p) != p);
  let zero = select(select(vec4f(), bitcast<vec4f>((sign & vec4u(1u)) | vec4u(0x7f800000u)), p < vec4f()), vec4f(1.0), p == vec4f());
  return select(select(size, negative, x < vec4f()), zero, x == vec4f());
}

// x / y from sums and products alone: 1 / y of the significand by three Newton steps from a line (off by at most 1/17), then one
// step on the quotient with its exact remainder (T. Dekker's product, without fma). Operands that are zero, subnormal, infinite
// or NaN go to the builtin.
fn es_div4(x: vec4f, y: vec4f) -> vec4f {
  let a = bitcast<vec4u>(x);
  let b = bitcast<vec4u>(y);
  let ea = (a >> vec4u(23u)) & vec4u(255u);
  let eb = (b >> vec4u(23u)) & vec4u(255u);
  let p = bitcast<vec4f>((a & vec4u(0x007fffffu)) | vec4u(0x3f800000u));
  let d = bitcast<vec4f>((b & vec4u(0x007fffffu)) | vec4u(0x3f800000u));
  var r = 1.41176471 - 0.470588235 * d;
  r += r * es_kept4(1.0 - d * r);
  r += r * es_kept4(1.0 - d * r);
  r += r * es_kept4(1.0 - d * r);
  let q = p * r;
  let qh = es_head4(q);
  let dh = es_head4(d);
  let ql = es_kept4(q - qh);
  let dl = es_kept4(d - dh);
  let rest = es_kept4(es_kept4(es_kept4(p - qh * dh) - qh * dl) - ql * dh) - ql * dl;
  let size = es_scaled4(q + rest * r, vec4i(ea) - vec4i(eb));
  let quotient = bitcast<vec4f>(bitcast<vec4u>(size) | ((a ^ b) & vec4u(0x80000000u)));
  let plain = (ea - vec4u(1u) < vec4u(254u)) & (eb - vec4u(1u) < vec4u(254u));
  return select(x / y, quotient, plain);
}

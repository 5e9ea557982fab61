// e to the power of x = k ln 2 + r with |r| at most half of ln 2, which is taken off in two parts; then a polynomial in r
// (S. Moshier, Cephes expf) times 2^k. Infinite above 88.72, zero below -87.33.
fn es_exp4(x: vec4f) -> vec4f {
  let over = x > vec4f(88.722839);
  let under = x < vec4f(-87.336545);
  let a = select(x, vec4f(), over | under);
  let k = round(a * 1.44269504);
  let r = es_kept4(a - k * 0.693359375) + k * 2.12194440e-4;
  let p = ((((1.9875691500e-4 * r + 1.3981999507e-3) * r + 8.3334519073e-3) * r + 4.1665795894e-2) * r
    + 1.6666665459e-1) * r + 5.0000001201e-1;
  let y = es_scaled4(es_kept4(p * (r * r) + r) + 1.0, vec4i(k));
  return select(select(y, vec4f(), under), x * 3.0e38, over);
}

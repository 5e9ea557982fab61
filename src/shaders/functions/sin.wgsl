// Sine of x plus `quarters` quarter turns, for |x| up to some thousands. The builtin may be off by 5e-4. x is brought to
// within an eighth of a turn by multiples of pi/2 that are taken off in three parts; the polynomials are those of S. Moshier,
// Cephes sinf.
fn es_sin4(x: vec4f, quarters: u32) -> vec4f {
  let turns = round(x * 0.636619772);
  let r = ((x - turns * 1.5703125) - turns * 4.837512969970703e-4) - turns * 7.549789948768648e-8;
  let z = r * r;
  let sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
  let cosine = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
  let quarter = bitcast<vec4u>(vec4i(turns)) + vec4u(quarters);
  let value = select(sine, cosine, (quarter & vec4u(1u)) == vec4u(1u));
  return select(value, -value, (quarter & vec4u(2u)) == vec4u(2u));
}

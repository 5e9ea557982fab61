// `y`, a function of x, but x where that is NaN; and maximum and minimum that keep a NaN of either operand.
fn es_number4(x: vec4f, y: vec4f) -> vec4f {
  return select(y, x, es_is_nan4(x));
}
fn es_max4(x: vec4f, y: vec4f) -> vec4f {
  return es_number4(x, es_number4(y, max(x, y)));
}
fn es_min4(x: vec4f, y: vec4f) -> vec4f {
  return es_number4(x, es_number4(y, min(x, y)));
}

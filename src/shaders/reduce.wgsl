// Reduction of a fused expression over some axes. Each thread owns one vec4 of the result and one share of the reduced
// rows, walks them in order and so forms a fixed tree together with the second pass over the shares.
{{HELPERS}}
{{DECLARATIONS}}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let probe = gid.z;
  let thread = gid.x + gid.y * {{ROW}}u;
  if (thread >= {{THREADS}}u) { return; }
  let share = thread / {{RESULTS}}u;
  let result = thread % {{RESULTS}}u;
  {{KEPT}}
  let first = share * {{ROWS_PER_SHARE}}u;
  let last = min(first + {{ROWS_PER_SHARE}}u, {{REDUCED_ROWS}}u);
  var total = vec4f({{IDENTITY}});
  for (var row = first; row < last; row++) {
    {{REDUCED}}
    for (var inner = 0u; inner < {{INNER}}u; inner++) {
      {{BODY}}
      total = {{COMBINE}};
    }
  }
  //@if LANES
  let acc = vec4f({{ACROSS}});
  //@else
  let acc = total;
  //@end
  {{STORE}}
}

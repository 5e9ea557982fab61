// Reduction of fused expressions over some axes, all in one walk: the body of a thread in threads.wgsl. Each thread owns one vec4 of the
// result and one share of the reduced rows, walks them in order and so forms a fixed tree together with the second pass
// over the shares.
  let share = thread / {{RESULTS}}u;
  let result = thread % {{RESULTS}}u;
  {{KEPT}}
  let first = share * {{ROWS_PER_SHARE}}u;
  let last = min(first + {{ROWS_PER_SHARE}}u, {{REDUCED_ROWS}}u);
  {{OUTSIDE}}
  //@for i 0 INPUTS
  var total{{i}} = vec4f({{IDENTITY}});
  //@end
  for (var row = first; row < last; row++) {
    {{REDUCED}}
    for (var inner = 0u; inner < {{INNER}}u; inner++) {
      {{BODY}}
    }
  }
  //@for i 0 INPUTS
  //@if not LANES
  let acc{{i}} = total{{i}};
  //@else
  //@if SUM
  let acc{{i}} = vec4f((total{{i}}.x + total{{i}}.y) + (total{{i}}.z + total{{i}}.w));
  //@else
  let acc{{i}} = vec4f(max(max(total{{i}}.x, total{{i}}.y), max(total{{i}}.z, total{{i}}.w)));
  //@end
  //@end
  //@end
  {{STORE}}

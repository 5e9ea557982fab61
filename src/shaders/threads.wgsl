// One thread per four consecutive elements of the result's innermost axis: pointwise chains and reductions.
// Loads follow strided views (broadcast, transposed, sliced, haloed), so no operand is ever copied first.
{{HELPERS}}
{{DECLARATIONS}}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let probe = gid.z;
  let thread = gid.x + gid.y * {{ROW}}u;
  if (thread >= {{THREADS}}u) { return; }
  {{BODY}}
}

// Rows by their numbers: one thread per four consecutive elements of the result. A gather copies from the row that its
// index names. A scatter adds up the rows of one index by walking their list in order, so that its sums come out the
// same in every run, and writes a zero where the list is empty.
{{HELPERS}}
{{DECLARATIONS}}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let probe = gid.z;
  let thread = gid.x + gid.y * {{ROW}}u;
  if (thread >= {{THREADS}}u) { return; }
  {{COORDINATES}}
  //@if GATHER
  let index = u32({{INDICES}}[{{PLACE}}]);
  let acc = {{SOURCE}}[{{ADDRESS}}];
  //@else
  var acc = vec4f();
  for (var next = {{FIRST}}[i0]; next >= 0; next = {{NEXT}}[next]) {
    let index = u32(next);
    acc += {{SOURCE}}[{{ADDRESS}}];
  }
  //@end
  {{STORE}}
}

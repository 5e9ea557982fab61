// Small kernels that wait for one another, done by one workgroup: a barrier between them costs less than a dispatch each.
{{HELPERS}}
{{DECLARATIONS}}
{{STEPS}}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(local_invocation_index) own: u32, @builtin(workgroup_id) group: vec3u) {
  let probe = group.z;
{{CALLS}}
}

// Matrix product by blocks, for devices on which memory is far away: the threads of a workgroup load BM rows of A and BN vec4
// columns of B together into workgroup memory, a slab of the inner dimension at a time, and each sums its own tile of 4 * P4
// rows x T vec4 columns from there. A tile sums in the same order as in matmul.wgsl. Pairs accumulate, as in conv2d.wgsl.
{{HELPERS}}
{{DECLARATIONS}}

var<workgroup> slab_a: array<vec4f, {{A_SIZE}}>;
var<workgroup> slab_b: array<vec4f, {{B_SIZE}}>;

fn store(probe: u32, batch: u32, row: u32, column: u32, acc: vec4f) {
  {{BATCH_COORDINATES}}
  {{EPILOGUE}}
}

@compute @workgroup_size({{WORKGROUP}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let probe = group.z;
  let block = group.x + group.y * {{ROW}}u;
  if (block >= {{BLOCKS}}u) { return; }
  let cb = block % {{COLUMN_BLOCKS}}u * {{BN}}u;
  let mb = block / {{COLUMN_BLOCKS}}u % {{ROW_BLOCKS}}u * {{BM}}u;
  let batch = block / {{BLOCKS_PER_BATCH}}u;
  {{BATCH_COORDINATES}}
  let own_row = thread / {{ACROSS}}u * {{P4}}u * 4u;
  let own_column = thread % {{ACROSS}}u * {{T}}u;
  //@for s 0 P4
  //@for l 0 4
  //@for q 0 T
  var acc{{s}}{{l}}_{{q}} = vec4f();
  //@end
  //@end
  //@end
{{PAIRS}}
  // Stored in a loop: the epilogue stands in the code once, not once per register.
  var tile: array<vec4f, {{TILE}}>;
  //@for s 0 P4
  //@for l 0 4
  //@for q 0 T
  tile[({{s}} * 4 + {{l}}) * {{T}} + {{q}}] = acc{{s}}{{l}}_{{q}};
  //@end
  //@end
  //@end
  for (var i = 0u; i < {{TILE}}u; i++) {
    let row = mb + own_row + i / {{T}}u;
    let column = cb + own_column + i % {{T}}u;
    if (row < {{M}}u && column < {{COLUMNS}}u) { store(probe, batch, row, column, tile[i]); }
  }
}

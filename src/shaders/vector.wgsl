// Kernels over parameter vectors: blocks of k columns, one column per z. {{KIND}}
struct Arguments {
  // Scalars of the caller; what they mean depends on the kernel.
  a: f32,
  b: f32,
  // Basis vectors before this chunk, and in it.
  before: u32,
  count: u32,
  // Column of the basis to read, or 0xffffffff for the column of z.
  column: u32,
}
@group(0) @binding(0) var<uniform> args: Arguments;

//@if COMBINE
// y := a * x + b * y, where a may be divided by a coefficient (a norm) that only the device knows.
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<storage, read> divisor: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let i = gid.x + gid.y * {{ROW}}u;
  if (i >= {{VEC4S}}u) { return; }
  let to = gid.z * {{VEC4S}}u + i;
  //@if DIVIDED
  // The reciprocal of a zero norm counts as zero.
  let d = divisor[gid.z];
  let a = select(args.a / d, 0.0, d == 0.0);
  //@else
  let a = args.a;
  //@end
  //@if ADDED
  y[to] = a * x[to] + args.b * y[to];
  //@else
  y[to + args.before] = a * x[to];
  //@end
}
//@end

//@if SUBTRACT
// w := w + a * sum_i c_i v_i over the basis vectors of one chunk.
@group(0) @binding(1) var<storage, read> basis: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> c: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let i = gid.x + gid.y * {{ROW}}u;
  if (i >= {{VEC4S}}u) { return; }
  let column = select(args.column, gid.z, args.column == 0xffffffffu);
  var sum = vec4f();
  for (var j = 0u; j < args.count; j++) {
    sum += c[(args.before + j) * {{K}}u + column] * basis[(j * {{K}}u + column) * {{VEC4S}}u + i];
  }
  w[gid.z * {{VEC4S}}u + i] += args.a * sum;
}
//@end

//@if PROJECT
// Partial sums of <v_i, w>: a thread strides through the vector for four basis vectors at once, so that w is read once
// for the four.
@group(0) @binding(1) var<storage, read> basis: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partial: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let lane = gid.x;
  let first = gid.y * 4u;
  let last = args.count - 1u;
  let start = gid.z * {{VEC4S}}u;
  //@for r 0 4
  let base{{r}} = (min(first + {{r}}u, last) * {{K}}u + gid.z) * {{VEC4S}}u;
  var sum{{r}} = vec4f();
  //@end
  for (var i = lane; i < {{VEC4S}}u; i += {{LANES}}u) {
    let x = w[start + i];
    //@for r 0 4
    sum{{r}} += basis[base{{r}} + i] * x;
    //@end
  }
  //@for r 0 4
  if (first + {{r}}u < args.count) {
    partial[((args.before + first + {{r}}u) * {{K}}u + gid.z) * {{LANES}}u + lane] =
      (sum{{r}}.x + sum{{r}}.y) + (sum{{r}}.z + sum{{r}}.w);
  }
  //@end
}
//@end

//@if SEGMENTS
// Partial sums of <x_l, y_l> for each tensor l of the vector.
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> y: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partial: array<f32>;
@group(0) @binding(4) var<storage, read> segments: array<vec2u>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.y >= args.count) { return; }
  let range = segments[gid.y];
  let start = gid.z * {{VEC4S}}u;
  var sum = vec4f();
  for (var i = range.x + gid.x; i < range.x + range.y; i += {{LANES}}u) { sum += x[start + i] * y[start + i]; }
  partial[(gid.y * {{K}}u + gid.z) * {{LANES}}u + gid.x] = (sum.x + sum.y) + (sum.z + sum.w);
}
//@end

//@if FINISH
// Adds up the lanes of each partial sum pairwise, in a fixed tree; the square root turns a dot product into a norm.
@group(0) @binding(1) var<storage, read> partial: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= args.count) { return; }
  var total = 0.0;
  for (var outer = 0u; outer < {{LANES}}u / 64u; outer++) {
    var sum = vec4f();
    for (var i = 0u; i < 16u; i++) { sum += partial[gid.x * ({{LANES}}u / 4u) + outer * 16u + i]; }
    total += (sum.x + sum.y) + (sum.z + sum.w);
  }
  //@if ROOT
  c[gid.x] = sqrt(total);
  //@else
  c[gid.x] = total;
  //@end
}
//@end

//@if SQUARES
// y := y + a * sum_c x_c^2, one column from all of them.
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let i = gid.x + gid.y * {{ROW}}u;
  if (i >= {{VEC4S}}u) { return; }
  var sum = vec4f();
  for (var c = 0u; c < {{K}}u; c++) { sum += x[c * {{VEC4S}}u + i] * x[c * {{VEC4S}}u + i]; }
  y[i] += args.a * sum;
}
//@end

  for (var row = first; row < last; row++) {
    let n = row / {{H}}u;
    let y = row % {{H}}u;
    var at = {{X_OFFSET}} + n * {{XN}}u + (y * {{STRIDE_Y}}u + i1 * {{DILATION_Y}}u) * {{XY}}u + i2 * {{DILATION_X}}u * {{XX}}u;
    let gt = {{G_OFFSET}} + n * {{GN}}u + y * {{GY}}u + i4;
    for (var x = 0u; x < {{W}}u; x++) {
      //@if DEPTHWISE
      let a = {{X}}[at + i4];
      //@else
      let a = vec4f({{X}}[at + c0 / 4u][c0 % 4u], {{X}}[at + c1 / 4u][c1 % 4u], {{X}}[at + c2 / 4u][c2 % 4u], {{X}}[at + c3 / 4u][c3 % 4u]);
      //@end
      acc += a * {{G}}[gt + x * {{GX}}u];
      at += {{XX}}u * {{STRIDE_X}}u;
    }
  }

  for (var row = first; row < last; row++) {
    let n = row / {{H}}u;
    let y = row % {{H}}u;
    let xb = {{X_OFFSET}} + n * {{XN}}u + (y * {{STRIDE_Y}}u + ky * {{DILATION_Y}}u) * {{XY}}u + kx * {{DILATION_X}}u * {{XX}}u + ci;
    let gb = {{G_OFFSET}} + n * {{GN}}u + y * {{GY}}u + o;
    for (var x = 0u; x < {{W}}u; x++) {
      //@for a 0 TC4
      let a{{a}} = {{X}}[xb + x * {{XX_STRIDED}}u + {{a}}u];
      //@end
      //@for q 0 T
      let g{{q}} = {{G}}[gb + x * {{GX}}u + {{q}}u];
      //@end
      //@for a 0 TC4
      //@for q 0 T
      acc{{a}}_x_{{q}} += a{{a}}.x * g{{q}};
      acc{{a}}_y_{{q}} += a{{a}}.y * g{{q}};
      acc{{a}}_z_{{q}} += a{{a}}.z * g{{q}};
      acc{{a}}_w_{{q}} += a{{a}}.w * g{{q}};
      //@end
      //@end
    }
  }

  for (var row = first; row < last; row++) {
    let n = row / {{H}}u;
    let y = row % {{H}}u;
    let xb = {{X_OFFSET}} + n * {{XN}}u + (y * {{STRIDE_Y}}u + ky * {{DILATION_Y}}u) * {{XY}}u + kx * {{DILATION_X}}u * {{XX}}u + ci;
    let gb = {{G_OFFSET}} + n * {{GN}}u + y * {{GY}}u + o;
    // The taps of a row see the same pixels one after another: each step loads one pixel more.
    //@for k 0 LAST_TAP
    //@for a 0 TC4
    var a{{k}}_{{a}} = {{X}}[xb + {{k}}u * {{XX}}u + {{a}}u];
    //@end
    //@end
    for (var x = 0u; x < {{W}}u; x += {{STEP}}u) {
      //@for a 0 TC4
      let a{{LAST_TAP}}_{{a}} = {{X}}[xb + x * {{XX_STRIDED}}u + {{LAST_TAP}}u * {{XX}}u + {{a}}u];
      //@if TWO
      let a{{TAPS}}_{{a}} = {{X}}[xb + (x + 1u) * {{XX_STRIDED}}u + {{LAST_TAP}}u * {{XX}}u + {{a}}u];
      //@end
      //@end
      //@for q 0 T
      let g{{q}} = {{G}}[gb + x * {{GX}}u + {{q}}u];
      //@if TWO
      let h{{q}} = {{G}}[gb + (x + 1u) * {{GX}}u + {{q}}u];
      //@end
      //@end
      //@for k 0 TAPS
      //@for a 0 TC4
      //@for q 0 T
      //@if TWO
      acc{{k}}_{{a}}_x_{{q}} += a{{k}}_{{a}}.x * g{{q}} + a{{k+1}}_{{a}}.x * h{{q}};
      acc{{k}}_{{a}}_y_{{q}} += a{{k}}_{{a}}.y * g{{q}} + a{{k+1}}_{{a}}.y * h{{q}};
      acc{{k}}_{{a}}_z_{{q}} += a{{k}}_{{a}}.z * g{{q}} + a{{k+1}}_{{a}}.z * h{{q}};
      acc{{k}}_{{a}}_w_{{q}} += a{{k}}_{{a}}.w * g{{q}} + a{{k+1}}_{{a}}.w * h{{q}};
      //@else
      acc{{k}}_{{a}}_x_{{q}} += a{{k}}_{{a}}.x * g{{q}};
      acc{{k}}_{{a}}_y_{{q}} += a{{k}}_{{a}}.y * g{{q}};
      acc{{k}}_{{a}}_z_{{q}} += a{{k}}_{{a}}.z * g{{q}};
      acc{{k}}_{{a}}_w_{{q}} += a{{k}}_{{a}}.w * g{{q}};
      //@end
      //@end
      //@end
      //@end
      //@for k 0 LAST_TAP
      //@for a 0 TC4
      a{{k}}_{{a}} = a{{k+STEP}}_{{a}};
      //@end
      //@end
    }
  }

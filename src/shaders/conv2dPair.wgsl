  {
    //@for p 0 ROWS
    //@if ADJOINT
    let base_{{p}} = {{OFFSET}} + n_{{p}} * {{SN}}u + (y_{{p}} + {{PAD_Y}}u - ky0) / {{STRIDE_Y}}u * {{SY}}u + (x_{{p}} + {{PAD_X}}u - kx0) / {{STRIDE_X}}u * {{SX}}u;
    //@else
    let base_{{p}} = {{OFFSET}} + n_{{p}} * {{SN}}u + y_{{p}} * {{SY_STRIDED}}u + x_{{p}} * {{SX_STRIDED}}u;
    //@end
    //@end
    //@if REUSE
    // The taps of a row share what they read: P + KW - 1 pixels are loaded for all of them.
    for (var ky = 0u; ky < {{KH}}u; ky++) {
      //@if ADJOINT
      let row = base_0 - ky * {{SY_DILATED}}u - {{KW_LESS_1}}u * {{SX}}u;
      //@else
      let row = base_0 + ky * {{SY_DILATED}}u;
      //@end
      for (var i = 0u; i < {{INNER}}u; i++) {
        //@for j 0 SPAN
        let x{{j}} = {{X}}[row + i + {{j}}u * {{SX}}u];
        //@end
        //@for s 0 KW
        {
          //@if ADJOINT
          let wi = ((ky * {{KW}}u + {{KW_LESS_1}}u - {{s}}u) * {{CI}}u + c0 * 4u) * {{CO4}}u + i{{W_PROBE}};
          //@else
          let wi = ((ky * {{KW}}u + {{s}}u) * {{CI}}u + i * 4u) * {{CO4}}u + c0{{W_PROBE}};
          //@end
          //@for q 0 T
          //@for r 0 4
          //@if ADJOINT
          let w{{r}}_{{q}} = {{W}}[wi + ({{q}}u * 4u + {{r}}u) * {{CO4}}u];
          //@else
          let w{{r}}_{{q}} = {{W}}[wi + {{r}}u * {{CO4}}u + {{q}}u];
          //@end
          //@end
          //@if not ADJOINT
          let w_{{q}} = mat4x4f(w0_{{q}}, w1_{{q}}, w2_{{q}}, w3_{{q}});
          //@end
          //@end
          //@for p 0 P
          //@for q 0 T
          //@if ADJOINT
          acc{{p}}_{{q}} += vec4f(dot(x{{p+s}}, w0_{{q}}), dot(x{{p+s}}, w1_{{q}}), dot(x{{p+s}}, w2_{{q}}), dot(x{{p+s}}, w3_{{q}}));
          //@else
          acc{{p}}_{{q}} += w_{{q}} * x{{p+s}};
          //@end
          //@end
          //@end
        }
        //@end
      }
    }
    //@else
    for (var ky = ky0; ky < {{KH}}u; ky += {{SKIP_Y}}u) {
      for (var kx = kx0; kx < {{KW}}u; kx += {{SKIP_X}}u) {
        //@if ADJOINT
        let tap = 0u - (ky - ky0) / {{STRIDE_Y}}u * {{SY_DILATED}}u - (kx - kx0) / {{STRIDE_X}}u * {{SX_DILATED}}u;
        var wi = ((ky * {{KW}}u + kx) * {{CI}}u + c0 * 4u) * {{CO4}}u{{W_PROBE}};
        //@else
        let tap = ky * {{SY_DILATED}}u + kx * {{SX_DILATED}}u;
        var wi = (ky * {{KW}}u + kx) * {{CI}}u * {{CO4}}u + c0{{W_PROBE}};
        //@end
        for (var i = 0u; i < {{INNER}}u; i++) {
          //@for q 0 T
          //@for r 0 4
          //@if ADJOINT
          let w{{r}}_{{q}} = {{W}}[wi + ({{q}}u * 4u + {{r}}u) * {{CO4}}u + i];
          //@else
          let w{{r}}_{{q}} = {{W}}[wi + {{r}}u * {{CO4}}u + {{q}}u];
          //@end
          //@end
          //@if not ADJOINT
          let w_{{q}} = mat4x4f(w0_{{q}}, w1_{{q}}, w2_{{q}}, w3_{{q}});
          //@end
          //@end
          //@for p 0 P
          {
            //@if ALIGNED
            let a = {{X}}[base_0 + tap + i + {{p}}u * {{PIXEL_STEP}}u];
            //@else
            let a = {{X}}[base_{{p}} + tap + i];
            //@end
            //@for q 0 T
            //@if ADJOINT
            acc{{p}}_{{q}} += vec4f(dot(a, w0_{{q}}), dot(a, w1_{{q}}), dot(a, w2_{{q}}), dot(a, w3_{{q}}));
            //@else
            acc{{p}}_{{q}} += w_{{q}} * a;
            //@end
            //@end
          }
          //@end
          //@if not ADJOINT
          wi += {{CO4}}u * 4u;
          //@end
        }
      }
    }
    //@end
  }

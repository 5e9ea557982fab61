  {
    let abase = {{A_BASE}};
    let bbase = {{B_BASE}};
    //@if not TA
    //@for s 0 P4
    //@for l 0 4
    let a_{{s}}{{l}} = abase + min(m0 + {{s}}u * 4u + {{l}}u, {{M}}u - 1u) * {{A_STRIDE}}u;
    //@end
    //@end
    //@end
    //@if OUTER
    // Outer products, two inner indices a step: four at once are more operands than SwiftShader keeps in registers.
    for (var k = 0u; k < {{K}}u; k += 2u) {
      //@for r 0 2
      //@for q 0 T
      let b{{r}}_{{q}} = {{B}}[bbase + (k + {{r}}u) * {{B_STRIDE}}u + c0 + {{q}}u];
      //@end
      //@for s 0 P4
      //@if K_ODD
      let u{{s}}_{{r}} = {{A}}[abase + (k + {{r}}u) * {{A_STRIDE}}u + m0 / 4u + {{s}}u] * select(0.0, 1.0, k + {{r}}u < {{K}}u);
      //@else
      let u{{s}}_{{r}} = {{A}}[abase + (k + {{r}}u) * {{A_STRIDE}}u + m0 / 4u + {{s}}u];
      //@end
      //@end
      //@end
      //@for s 0 P4
      //@for q 0 T
      acc{{s}}0_{{q}} += u{{s}}_0.x * b0_{{q}} + u{{s}}_1.x * b1_{{q}};
      acc{{s}}1_{{q}} += u{{s}}_0.y * b0_{{q}} + u{{s}}_1.y * b1_{{q}};
      acc{{s}}2_{{q}} += u{{s}}_0.z * b0_{{q}} + u{{s}}_1.z * b1_{{q}};
      acc{{s}}3_{{q}} += u{{s}}_0.w * b0_{{q}} + u{{s}}_1.w * b1_{{q}};
      //@end
      //@end
    }
    //@else
    for (var k = 0u; k < {{K4}}u; k++) {
      //@for q 0 T
      //@if TB
      //@for r 0 4
      let t{{r}}_{{q}} = {{B}}[bbase + min((c0 + {{q}}u) * 4u + {{r}}u, {{N}}u - 1u) * {{B_STRIDE}}u + k];
      //@end
      //@if TA
      let b0_{{q}} = vec4f(t0_{{q}}.x, t1_{{q}}.x, t2_{{q}}.x, t3_{{q}}.x);
      let b1_{{q}} = vec4f(t0_{{q}}.y, t1_{{q}}.y, t2_{{q}}.y, t3_{{q}}.y);
      let b2_{{q}} = vec4f(t0_{{q}}.z, t1_{{q}}.z, t2_{{q}}.z, t3_{{q}}.z);
      let b3_{{q}} = vec4f(t0_{{q}}.w, t1_{{q}}.w, t2_{{q}}.w, t3_{{q}}.w);
      //@else
      let t_{{q}} = mat4x4f(t0_{{q}}, t1_{{q}}, t2_{{q}}, t3_{{q}});
      //@end
      //@else
      //@for r 0 4
      let b{{r}}_{{q}} = {{B}}[bbase + min(k * 4u + {{r}}u, {{K}}u - 1u) * {{B_STRIDE}}u + c0 + {{q}}u];
      //@end
      let b_{{q}} = mat4x4f(b0_{{q}}, b1_{{q}}, b2_{{q}}, b3_{{q}});
      //@end
      //@end
      //@if TA
      //@for s 0 P4
      //@for r 0 4
      //@if K_TAIL
      let u{{s}}_{{r}} = {{A}}[abase + min(k * 4u + {{r}}u, {{K}}u - 1u) * {{A_STRIDE}}u + m0 / 4u + {{s}}u] * select(0.0, 1.0, k * 4u + {{r}}u < {{K}}u);
      //@else
      let u{{s}}_{{r}} = {{A}}[abase + (k * 4u + {{r}}u) * {{A_STRIDE}}u + m0 / 4u + {{s}}u];
      //@end
      //@end
      //@for q 0 T
      acc{{s}}0_{{q}} += u{{s}}_0.x * b0_{{q}} + u{{s}}_1.x * b1_{{q}} + u{{s}}_2.x * b2_{{q}} + u{{s}}_3.x * b3_{{q}};
      acc{{s}}1_{{q}} += u{{s}}_0.y * b0_{{q}} + u{{s}}_1.y * b1_{{q}} + u{{s}}_2.y * b2_{{q}} + u{{s}}_3.y * b3_{{q}};
      acc{{s}}2_{{q}} += u{{s}}_0.z * b0_{{q}} + u{{s}}_1.z * b1_{{q}} + u{{s}}_2.z * b2_{{q}} + u{{s}}_3.z * b3_{{q}};
      acc{{s}}3_{{q}} += u{{s}}_0.w * b0_{{q}} + u{{s}}_1.w * b1_{{q}} + u{{s}}_2.w * b2_{{q}} + u{{s}}_3.w * b3_{{q}};
      //@end
      //@end
      //@else
      //@for s 0 P4
      //@for l 0 4
      {
        let a = {{A}}[a_{{s}}{{l}} + k];
        //@for q 0 T
        //@if TB
        acc{{s}}{{l}}_{{q}} += a * t_{{q}};
        //@else
        acc{{s}}{{l}}_{{q}} += b_{{q}} * a;
        //@end
        //@end
      }
      //@end
      //@end
      //@end
    }
    //@end
  }

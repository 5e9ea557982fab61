  {
    let abase = {{A_BASE}};
    let bbase = {{B_BASE}};
    for (var slab = 0u; slab < {{SLABS}}u; slab++) {
      // Nobody still reads the slab before.
      workgroupBarrier();
      // Beyond the inner dimension A is zero, and B any element of its own. Rows and columns beyond the edge are not stored.
      for (var i = thread; i < {{A_SIZE}}u; i += {{WORKGROUP}}u) {
        //@if TA
        let k = slab * {{SLAB_ROWS}}u + i / {{BM4}}u;
        let at = abase + min(k, {{K}}u - 1u) * {{A_STRIDE}}u + min(mb / 4u + i % {{BM4}}u, {{M4}}u - 1u);
        slab_a[i] = select(vec4f(), {{A}}[at], k < {{K}}u);
        //@else
        let k = slab * {{SLAB}}u + i % {{SLAB}}u;
        let at = abase + min(mb + i / {{SLAB}}u, {{M}}u - 1u) * {{A_STRIDE}}u + min(k, {{K4}}u - 1u);
        slab_a[i % {{SLAB}}u * {{BM}}u + i / {{SLAB}}u] = select(vec4f(), {{A}}[at], k < {{K4}}u);
        //@end
      }
      //@if TB
      for (var i = thread; i < {{B_BLOCKS}}u; i += {{WORKGROUP}}u) {
        let k = min(slab * {{SLAB}}u + i % {{SLAB}}u, {{K4}}u - 1u);
        let c = cb + i / {{SLAB}}u;
        //@for r 0 4
        let t{{r}} = {{B}}[bbase + min(c * 4u + {{r}}u, {{N}}u - 1u) * {{B_STRIDE}}u + k];
        //@end
        let to = i % {{SLAB}}u * 4u * {{BN}}u + i / {{SLAB}}u;
        slab_b[to] = vec4f(t0.x, t1.x, t2.x, t3.x);
        slab_b[to + {{BN}}u] = vec4f(t0.y, t1.y, t2.y, t3.y);
        slab_b[to + 2u * {{BN}}u] = vec4f(t0.z, t1.z, t2.z, t3.z);
        slab_b[to + 3u * {{BN}}u] = vec4f(t0.w, t1.w, t2.w, t3.w);
      }
      //@else
      for (var i = thread; i < {{B_SIZE}}u; i += {{WORKGROUP}}u) {
        let k = min(slab * {{SLAB_ROWS}}u + i / {{BN}}u, {{K}}u - 1u);
        slab_b[i] = {{B}}[bbase + k * {{B_STRIDE}}u + min(cb + i % {{BN}}u, {{COLUMNS}}u - 1u)];
      }
      //@end
      workgroupBarrier();
      for (var k = 0u; k < {{SLAB}}u; k++) {
        //@for r 0 4
        //@for q 0 T
        let b{{r}}_{{q}} = slab_b[(k * 4u + {{r}}u) * {{BN}}u + own_column + {{q}}u];
        //@end
        //@end
        //@if TA
        //@for s 0 P4
        //@for r 0 4
        let u{{s}}_{{r}} = slab_a[(k * 4u + {{r}}u) * {{BM4}}u + own_row / 4u + {{s}}u];
        //@end
        //@for q 0 T
        //@if OUTER
        acc{{s}}0_{{q}} += u{{s}}_0.x * b0_{{q}} + u{{s}}_1.x * b1_{{q}};
        acc{{s}}1_{{q}} += u{{s}}_0.y * b0_{{q}} + u{{s}}_1.y * b1_{{q}};
        acc{{s}}2_{{q}} += u{{s}}_0.z * b0_{{q}} + u{{s}}_1.z * b1_{{q}};
        acc{{s}}3_{{q}} += u{{s}}_0.w * b0_{{q}} + u{{s}}_1.w * b1_{{q}};
        acc{{s}}0_{{q}} += u{{s}}_2.x * b2_{{q}} + u{{s}}_3.x * b3_{{q}};
        acc{{s}}1_{{q}} += u{{s}}_2.y * b2_{{q}} + u{{s}}_3.y * b3_{{q}};
        acc{{s}}2_{{q}} += u{{s}}_2.z * b2_{{q}} + u{{s}}_3.z * b3_{{q}};
        acc{{s}}3_{{q}} += u{{s}}_2.w * b2_{{q}} + u{{s}}_3.w * b3_{{q}};
        //@else
        acc{{s}}0_{{q}} += u{{s}}_0.x * b0_{{q}} + u{{s}}_1.x * b1_{{q}} + u{{s}}_2.x * b2_{{q}} + u{{s}}_3.x * b3_{{q}};
        acc{{s}}1_{{q}} += u{{s}}_0.y * b0_{{q}} + u{{s}}_1.y * b1_{{q}} + u{{s}}_2.y * b2_{{q}} + u{{s}}_3.y * b3_{{q}};
        acc{{s}}2_{{q}} += u{{s}}_0.z * b0_{{q}} + u{{s}}_1.z * b1_{{q}} + u{{s}}_2.z * b2_{{q}} + u{{s}}_3.z * b3_{{q}};
        acc{{s}}3_{{q}} += u{{s}}_0.w * b0_{{q}} + u{{s}}_1.w * b1_{{q}} + u{{s}}_2.w * b2_{{q}} + u{{s}}_3.w * b3_{{q}};
        //@end
        //@end
        //@end
        //@else
        //@for s 0 P4
        //@for l 0 4
        {
          let a = slab_a[k * {{BM}}u + own_row + {{s}}u * 4u + {{l}}u];
          //@for q 0 T
          acc{{s}}{{l}}_{{q}} += a.x * b0_{{q}} + a.y * b1_{{q}} + a.z * b2_{{q}} + a.w * b3_{{q}};
          //@end
        }
        //@end
        //@end
        //@end
      }
    }
  }

      {
        let at = {{X_BASE}};
        let wt = tap{{W_PROBE}};
        //@if DEPTHWISE
        acc += {{X}}[at + i3] * {{W}}[wt + i3];
        //@else
        for (var i = 0u; i < {{INNER}}u; i++) {
          //@for l 0 4
          let c{{l}} = first{{l}} + i;
          //@end
          let a = vec4f({{X}}[at + c0 / 4u][c0 % 4u], {{X}}[at + c1 / 4u][c1 % 4u], {{X}}[at + c2 / 4u][c2 % 4u], {{X}}[at + c3 / 4u][c3 % 4u]);
          //@if ADJOINT
          //@for l 0 4
          let w{{l}} = {{W}}[wt + own{{l}} % {{CI}}u * {{CO4}}u + c{{l}} / 4u][c{{l}} % 4u];
          //@end
          acc += a * vec4f(w0, w1, w2, w3);
          //@else
          acc += a * {{W}}[wt + i * {{CO4}}u + i3];
          //@end
        }
        //@end
      }

/** Checks that several parts of a result share. */
import { limits } from "../../model/limits.ts";
import type { LayerSpectrum, PlannedLayer } from "../protocol.ts";
import { flag, list, number, object, oneOf, orNull, pair, text, whole } from "./check.ts";

/** Of a tensor, a file, a device. */
export const name = text(limits.nameLength);
export const sentence = text(8192);
export const count = whole({ from: 0 });
export const positive = whole({ from: 1 });
/** A fraction. */
export const share = number({ from: 0, to: 1 });
export const shape = list(positive, limits.rank);
export const end = oneOf("top", "bottom");
/** Lanczos steps of one probe: nobody takes more. */
export const STEPS = 16_384;
export const row = list(number(), STEPS);
/** The error of an estimate. */
export const spread = { standardError: orNull(number({ from: 0 })), interval95: orNull(pair) };
/** Tensors of a network. */
export const LAYERS = limits.tensors;
export const least0 = number({ from: 0 });
export const mean = object<PlannedLayer["meanTrace"]>({ estimate: number(), ...spread });
/** An eigenvalue or singular value with its residual. */
export const approximate = object<LayerSpectrum["top"]>({
  value: number(),
  residual: least0,
  converged: flag,
});

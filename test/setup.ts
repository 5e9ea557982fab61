/** Engine tests run on Dawn; without a GPU driver they use the SwiftShader that comes with Chromium. */
import { dawnEnvironment } from "../tools/vulkan.mjs";

Object.assign(process.env, dawnEnvironment());

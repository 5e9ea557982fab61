/** Where WebGPU is missing: what still works, and which browsers and flags help. */
export function WebgpuHelp({ message }: { readonly message: string }) {
  return (
    <div className="alert" role="note" aria-label="WebGPU is missing">
      <p>
        <strong>{message}</strong> The stored runs stay open to you: choose a model, drag the smoothing, click
        an eigenvalue.
      </p>
      <details>
        <summary>How to get WebGPU</summary>
        <ul>
          <li>Chrome or Edge 113 and later on Windows, macOS and ChromeOS; Chrome 121 on Android 12.</li>
          <li>Safari 26 on macOS, iOS and iPadOS. Firefox 141 on Windows, 145 on macOS.</li>
          <li>
            Chrome on Linux: switch on <code>chrome://flags/#enable-unsafe-webgpu</code>, or start it with{" "}
            <code>--enable-unsafe-webgpu --enable-features=Vulkan</code>. Firefox:{" "}
            <code>dom.webgpu.enabled</code> in <code>about:config</code>.
          </li>
          <li>
            The page must come from https:// or from localhost. <code>chrome://gpu</code> tells why a GPU is
            not used.
          </li>
        </ul>
      </details>
    </div>
  );
}

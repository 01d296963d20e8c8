// Saves data of the page as a file.

/** Let the browser save a file under this name. */
export function saveFile(contents: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(contents);
  link.download = name;
  link.click();
  // The download has its data once the click was handled.
  setTimeout(() => URL.revokeObjectURL(link.href));
}

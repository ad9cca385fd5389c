/** Have the browser save what is at `href`. */
export function saveFile(href: string, filename: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = filename;
  document.body.append(link);
  link.click();
  link.remove();
}

export function saveText(text: string, filename: string, contentType: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: contentType }));
  saveFile(url, filename);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// The properties of the page that modules read when they are loaded. Import this module before them.
Object.assign(globalThis, {
  document: { baseURI: "http://127.0.0.1:8080/sc/console/", body: { dataset: { contents: "shown" } } },
  location: new URL("http://127.0.0.1:8080/sc/console/"),
  localStorage: { getItem: () => null },
});

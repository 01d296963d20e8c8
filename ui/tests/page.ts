// What modules read of the page when they are loaded. Import it before them.
Object.assign(globalThis, {
  document: { baseURI: "http://127.0.0.1:8080/sc/console/", body: { dataset: { contents: "shown" } } },
  location: new URL("http://127.0.0.1:8080/sc/console/"),
  localStorage: { getItem: () => null },
});

// The reference for import-time.js: there is nothing to load or to run here.

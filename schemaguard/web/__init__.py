"""The contract registry in the browser, read-only: pages are values, written as HTML, JSON or Markdown."""

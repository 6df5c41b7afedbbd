// Before anything is drawn: dark or light, as was chosen, else as the system is.
try {
  const chosen = localStorage.getItem("mailmock.theme");
  if (chosen === "dark" || chosen === "light") {
    document.documentElement.dataset.theme = chosen;
  }
} catch {
  // Site data are blocked: nothing was chosen.
}

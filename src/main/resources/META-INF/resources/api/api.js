// The API's description, shown by Swagger UI. Nothing is asked of other servers.
window.addEventListener("DOMContentLoaded", () => {
  SwaggerUIBundle({ url: "../openapi", dom_id: "#api", deepLinking: true, validatorUrl: null });
});

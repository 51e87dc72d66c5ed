"""The web application: routing by policy, security headers, pages, health and figures."""

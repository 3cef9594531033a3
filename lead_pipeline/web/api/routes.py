"""Every route for programs, in the order in which they are described."""

from fastapi import APIRouter

from lead_pipeline.web.api import catalogue_routes, import_routes, job_routes, lead_routes, suppression_routes

ROUTES: tuple[APIRouter, ...] = (
    job_routes.router,
    lead_routes.router,
    import_routes.router,
    suppression_routes.router,
    catalogue_routes.router,
)

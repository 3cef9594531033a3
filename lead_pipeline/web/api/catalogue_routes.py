"""What an import may name: profiles and destinations; and whether the server answers."""

from fastapi import APIRouter, Depends, HTTPException, Request

from lead_pipeline import __version__
from lead_pipeline.model.errors import ProfileNotFoundError
from lead_pipeline.model.lead_management.destination_state import DestinationState
from lead_pipeline.model.listings import ProfileSummary
from lead_pipeline.web.access.key_access import allowed
from lead_pipeline.web.api.api_answers import Health, ProfileAnswer
from lead_pipeline.web.pages.rendered_pages import pipeline_of, settings_of

router = APIRouter(prefix="/api/v1", tags=["catalogue"])


@router.get("/health")
def health(request: Request) -> Health:
    """Return that this server answers. Needs no key."""
    return Health(version=__version__, read_only=settings_of(request).read_only)


@router.get("/profiles", dependencies=[Depends(allowed("read"))])
def list_profiles(request: Request) -> list[ProfileSummary]:
    """List the profiles that an import can name."""
    return list(pipeline_of(request).profiles())


@router.get("/profiles/{name}", dependencies=[Depends(allowed("read"))])
def show_profile(request: Request, name: str) -> ProfileAnswer:
    """Return a profile, with what it inherits."""
    leads = pipeline_of(request)
    try:
        profile = leads.profile(name)
    except ProfileNotFoundError as error:  # named in the address; in what is sent it is a value that does not fit
        raise HTTPException(404, str(error)) from None
    return ProfileAnswer(
        name=profile.name,
        description=profile.description,
        yaml=leads.profile_text(name),
        profile=profile.model_dump(mode="json"),
    )


@router.get("/destinations", dependencies=[Depends(allowed("read"))])
def list_destinations(request: Request) -> list[DestinationState]:
    """List what leads are loaded into: every destination that has leads, or a file that says how they are called."""
    return list(pipeline_of(request).destinations())

"""The directory as JSON."""

from fastapi import APIRouter

from app.pages import PUBLIC

router = APIRouter(dependencies=[PUBLIC], tags=["directory"])

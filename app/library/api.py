"""JSON of the library room."""

from fastapi import APIRouter

from app.pages import PUBLIC

router = APIRouter(dependencies=[PUBLIC], tags=["library"])

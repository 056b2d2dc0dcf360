"""JSON of the vocabulary room."""

from fastapi import APIRouter

from app.pages import PUBLIC

router = APIRouter(dependencies=[PUBLIC], tags=["vocabulary"])

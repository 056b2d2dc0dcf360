"""The pages of the directory."""

from fastapi import APIRouter

from app.pages import PUBLIC

router = APIRouter(prefix="/{lang}", dependencies=[PUBLIC])

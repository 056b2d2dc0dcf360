"""The search page and the suggestions while typing."""

from fastapi import APIRouter

from app.pages import PUBLIC

router = APIRouter(prefix="/{lang}", dependencies=[PUBLIC])

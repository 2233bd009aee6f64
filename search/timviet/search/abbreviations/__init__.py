"""Abbreviations learned from the texts: what each stands for, and which one stands for some words."""

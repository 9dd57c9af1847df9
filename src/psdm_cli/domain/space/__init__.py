"""The collaboration space of an engagement: names, what is wanted, what was seen. Pure; the rooms beside this file."""

"""`realip watch`: verify again and again, so that the day on which somebody flips an annotation is the day they know."""
